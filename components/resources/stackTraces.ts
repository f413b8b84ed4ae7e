/**
 * No stack traces until what it returns is called: with an error, which gets its own then.
 *
 * For each of a resource's outputs the SDK takes four, to tell with PULUMI_DEBUG_PROMISE_LEAKS where a promise came from
 * that nothing settles, and has each mapped to its sources: three quarters of the time that a program with many resources
 * takes to register them.
 */
export function noStackTraces(): (error?: unknown) => unknown {
  const { stackTraceLimit } = Error;
  if (!process.env.PULUMI_DEBUG_PROMISE_LEAKS) Error.stackTraceLimit = 0;
  return (error) => {
    Error.stackTraceLimit = stackTraceLimit;
    if (error instanceof Error) Error.captureStackTrace(error);
    return error;
  };
}
