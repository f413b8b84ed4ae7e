/** What is said meanwhile of what is done on a host. */
export interface Log {
  /** A line of progress that the next one overwrites. */
  progress(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}
