import util from 'node:util'

/**
 * tfjs-node's kernels call two functions of node:util that newer versions of Node no longer have, or warn about. This
 * module must be imported before them.
 */
const shims = util as unknown as {
  isNullOrUndefined?: (value: unknown) => boolean
  isArray?: (value: unknown) => boolean
}
shims.isNullOrUndefined = (value) => value === null || value === undefined
shims.isArray = (value) => Array.isArray(value)
