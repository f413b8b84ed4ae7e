@rem Starts the plugin: the engine runs this file. An archive for `pulumi plugin install` has Node.js beside it.
@if exist "%~dp0node.exe" ("%~dp0node.exe" "%~dp0dist\main.js" %*) else (node "%~dp0dist\main.js" %*)
