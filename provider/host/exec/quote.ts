/** The one place where arguments become a command line: POSIX single quotes, which leave nothing to the shell. */
export function quote(argv: readonly string[]): string {
  return argv.map(quoteOne).join(" ");
}

function quoteOne(argument: string): string {
  if (argument.includes("\0")) throw new Error("A command's argument can have no NUL character.");
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
