// Command sdks writes the package's SDK for a language from its schema, as `pulumi package gen-sdk` does where it is
// given a language host of the engine's own version.
//
//	sdks LANGUAGE SCHEMA FOLDER
//	sdks imported LANGUAGE SCHEMA <EXPORT
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("usage: sdks go|python|nodejs SCHEMA FOLDER, or sdks imported LANGUAGE SCHEMA <EXPORT")
	}
	loader := schema.NewPluginLoader(nil)
	if args[0] == "imported" {
		pkg, err := read(args[2], loader)
		if err != nil {
			return err
		}
		return imported(args[1], pkg, os.Stdin, os.Stdout)
	}
	pkg, err := read(args[1], loader)
	if err != nil {
		return err
	}
	return write(args[0], pkg, args[2], loader)
}

func read(file string, loader schema.Loader) (*schema.Package, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	pkg, diagnostics, err := schema.BindSpec(spec, loader, schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	return pkg, nil
}

func write(language string, pkg *schema.Package, folder string, loader schema.ReferenceLoader) error {
	files, err := generate(language, pkg, loader)
	if err != nil {
		return err
	}
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func generate(language string, pkg *schema.Package, loader schema.ReferenceLoader) (map[string][]byte, error) {
	const tool = "kvmnet"
	switch language {
	case "go":
		return golang.GeneratePackage(tool, pkg, nil)
	case "python":
		files, err := python.GeneratePackage(tool, pkg, nil, loader)
		if err != nil {
			return nil, err
		}
		return files, hide(files)
	case "nodejs":
		return nodejs.GeneratePackage(tool, pkg, nil, nil, false, loader)
	default:
		return nil, fmt.Errorf("there is no SDK for %q: go, python or nodejs", language)
	}
}
