import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** Code spans that look like a place in the tree, for example `src-main/plan/`. */
function placesIn(markdown: string): string[] {
  const spans = [...markdown.matchAll(/`([^`\s]+)`/g)].map((match) => match[1] ?? '')
  return spans.filter((span) => /^(src-\w+|resources|test|docs)\//.test(span) && !/[<{*]/.test(span))
}

describe('docs/', () => {
  it('every path that the map names exists', () => {
    const places = placesIn(read('docs/architecture.md'))
    expect(places.length).toBeGreaterThan(5)
    expect(places.filter((place) => !existsSync(join(root, place)))).toEqual([])
  })

  it('the map names every folder of the sources', () => {
    const map = read('docs/architecture.md')
    const folders = ['src-main', 'src-main/backend', 'src-main/engine'].flatMap((parent) =>
      readdirSync(join(root, parent), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => `${parent}/${entry.name}/`),
    )
    const unnamed = folders.filter(
      (folder) => !map.includes(folder) && !map.includes(`\`${folder.split('/').at(-2) ?? ''}/\``),
    )
    expect(unnamed).toEqual([])
  })

  it('experiments are numbered without a gap, and listed on their page', () => {
    const files = readdirSync(join(root, 'docs/log')).filter((name) => name !== 'README.md')
    expect(files.toSorted().map((name) => Number(name.slice(0, 3)))).toEqual(files.map((_, index) => index + 1))
    const page = read('docs/log/README.md')
    expect(files.filter((name) => !page.includes(`](${name})`))).toEqual([])
  })

  it('every experiment that code cites is there', () => {
    const numbers = new Set(readdirSync(join(root, 'docs/log')).map((name) => name.slice(0, 3)))
    const sources = ['src-main', 'src-preload', 'src-renderer', 'test'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.(ts|vue|py)$/.test(entry.name))
        .map((entry) => relative(root, join(entry.parentPath, entry.name))),
    )
    const cited = sources.flatMap((file) =>
      [...read(file).matchAll(/docs\/log\/(\d{3})/g)].map((match) => ({ file, number: match[1] ?? '' })),
    )
    expect(cited.length).toBeGreaterThan(20)
    expect(cited.filter(({ number }) => !numbers.has(number))).toEqual([])
  })

  it('decisions are numbered without a gap', () => {
    const numbers = readdirSync(join(root, 'docs/adr')).map((name) => Number(name.slice(0, 4)))
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 1))
  })
})
