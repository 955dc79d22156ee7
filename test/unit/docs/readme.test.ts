import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const matches = (pattern: RegExp) => [...readme.matchAll(pattern)].map(([, found = '']) => found)

describe('README.md', () => {
  it('names places that exist', () => {
    const places = matches(/^\| `([^`]+)`/gm)
    expect(places.length).toBeGreaterThan(5)
    expect(places.filter((place) => !existsSync(join(root, place)))).toEqual([])
  })

  it('links to documents that exist', () => {
    const links = matches(/\]\(([^)#]+)\)/g).filter((link) => !link.endsWith('.png'))
    expect(links.length).toBeGreaterThan(3)
    expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([])
  })

  it('names scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }
    const named = matches(/npm run (?:-s )?([\w:]+)/g)
    expect(named.length).toBeGreaterThan(3)
    expect(named.filter((script) => !(script in scripts))).toEqual([])
  })
})
