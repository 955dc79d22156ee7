/** One numbered change of the schema. Never edited once released; a test starts from rows of the version before. */
export interface Migration {
  readonly version: number
  readonly sql: string
}
