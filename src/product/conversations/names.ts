// The name a conversation has until somebody gives it a better one: the beginning of what it began with.

/** Code points. */
const LENGTH = 60

export const provisionalName = (query: string): string =>
  [
    ...query
      .trim()
      .slice(0, 4 * LENGTH)
      .replace(/\s+/g, ' '),
  ]
    .slice(0, LENGTH)
    .join('') || 'New conversation'
