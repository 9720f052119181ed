// What members of a tenant may do, by role. The one place where roles and permissions meet; which permission a route
// asks for stands in api/access.ts.

export const permissions = [
  /** Apps, versions, drafts, reports and differences. */
  'app.read',
  'app.edit',
  'app.publish',
  'app.delete',
  /** Export with the values of secret variables. */
  'app.secrets',
  'key.read',
  'key.edit',
  'run.read',
  'run.start',
  'run.stop',
  /** What end users wrote and were answered. */
  'conversation.read',
  'file.read',
  'file.edit',
  'member.read',
  'member.edit',
  'model.read',
  'settings.read',
  'settings.edit',
  /** Targets, routers, limits, caches and the last calls of the gateway. */
  'gateway.read',
  'gateway.edit',
  'metrics.read',
  /** Make further tenants in this installation. */
  'tenant.create',
] as const

export type Permission = (typeof permissions)[number]

export const roles = ['owner', 'admin', 'editor', 'operator', 'viewer'] as const
export type Role = (typeof roles)[number]

const VIEWER: readonly Permission[] = [
  'app.read',
  'run.read',
  'model.read',
  'gateway.read',
  'member.read',
  'settings.read',
  'file.read',
]
/** Keeps what runs running: sees everything that goes on, stops it, and hands out keys. */
const OPERATOR: readonly Permission[] = [
  ...VIEWER,
  'run.stop',
  'run.start',
  'conversation.read',
  'key.read',
  'key.edit',
  'metrics.read',
  'gateway.edit',
]
/** Builds apps. */
const EDITOR: readonly Permission[] = [
  ...VIEWER,
  'app.edit',
  'app.publish',
  'run.start',
  'run.stop',
  'conversation.read',
  'file.edit',
  'key.read',
]
const ADMIN: readonly Permission[] = permissions.filter((permission) => permission !== 'tenant.create')

const GRANTS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  owner: new Set(permissions),
  admin: new Set(ADMIN),
  editor: new Set(EDITOR),
  operator: new Set(OPERATOR),
  viewer: new Set(VIEWER),
}

/** A key of scope `tenant` does what an admin does, except for people and their rights. */
const TENANT_KEY: ReadonlySet<Permission> = new Set(
  ADMIN.filter((permission) => !permission.startsWith('member.') && permission !== 'settings.edit'),
)

export const grantsOf = (role: Role): ReadonlySet<Permission> => GRANTS[role]

export const tenantKeyGrants = (): ReadonlySet<Permission> => TENANT_KEY
