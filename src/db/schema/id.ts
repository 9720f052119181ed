// How ids are written in every table.

/** `<prefix>_<UUID>`. The prefix keeps ids of different tables apart in the types. */
export type Id<Prefix extends string> = `${Prefix}_${string}`
