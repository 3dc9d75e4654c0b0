/** What a visitor or a token may do. Each role includes those before it. */
export const ROLES = ['view', 'send', 'manage'] as const;
export type Role = (typeof ROLES)[number];

/** Whether `role` allows what needs `needed`. */
export function includesRole(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
