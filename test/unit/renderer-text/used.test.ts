import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { en } from '../../../src-renderer/text/en/messages'
import { flatten } from '../../../src-renderer/text/i18n'

const root = join(import.meta.dirname, '../../../src-renderer')
const code = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(vue|ts)$/.test(file) && !file.startsWith('text/'))
  .map((file) => readFileSync(join(root, file), 'utf8'))
  .join('\n')

/** Keys that are put together, as patterns: `a.${b}.c` → /^a\..+\.c$/. */
const patterns = [...code.matchAll(/`(\w+\.(?:[^`$]|\$\{[^}]*\})*)`/g)]
  .map(([, template = '']) => template)
  .filter((template) => template.includes('${'))
  .map((template) => {
    const parts = template.split(/\$\{[^}]*\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    return new RegExp(`^${parts.join('.+')}$`)
  })

it('every text is shown somewhere', () => {
  expect(patterns.length).toBeGreaterThan(10)
  const unused = Object.keys(flatten(en)).filter(
    (key) => !code.includes(`'${key}'`) && !patterns.some((pattern) => pattern.test(key)),
  )
  expect(unused).toEqual([])
})
