// A command line or an environment that cannot be obeyed.

export class UsageError extends Error {}
