/** Kinds of tags: how music feels, what is heard in it, what it is like, when it was made. */
export const TAG_KINDS = ['mood', 'sound', 'style', 'decade'] as const;

export type TagKind = (typeof TAG_KINDS)[number];
