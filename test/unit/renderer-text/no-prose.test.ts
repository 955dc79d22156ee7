import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { parse } from 'vue/compiler-sfc'

/**
 * No sentence for people stands outside src-renderer/text: a person who switches the language would find it
 * untranslated. Looks at text and readable attributes of templates, and at string literals of scripts.
 */
const root = join(import.meta.dirname, '../../../src-renderer')
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (file) => /\.(vue|ts)$/.test(file) && !file.startsWith('text/') && !file.endsWith('.d.ts'),
)

const readable =
  /^(label|title|subtitle|text|hint|placeholder|alt|prefix|suffix|messages|no-data-text|aria-label|aria-description|aria-roledescription|aria-valuetext)$/
/** Two words beside each other, or one Chinese character. */
const isProse = (text: string): boolean => /\p{L}{2,}[,.!?;:]?\s+\p{L}{2,}/u.test(text) || /\p{Script=Han}/u.test(text)
const hasLetters = (text: string): boolean => /\p{L}{2,}/u.test(text)

interface Node {
  readonly type: number
  readonly content?: string | { readonly content?: string }
  readonly children?: readonly Node[]
  readonly props?: readonly {
    readonly type: number
    readonly name: string
    readonly value?: { readonly content: string }
  }[]
}
const textNode = 2
const attribute = 6

export function proseInTemplate(source: string): string[] {
  const found: string[] = []
  const visit = (node: Node): void => {
    if (node.type === textNode && typeof node.content === 'string' && hasLetters(node.content))
      found.push(node.content.trim())
    for (const prop of node.props ?? [])
      if (prop.type === attribute && readable.test(prop.name) && hasLetters(prop.value?.content ?? ''))
        found.push(`${prop.name}="${prop.value?.content ?? ''}"`)
    node.children?.forEach(visit)
  }
  const { descriptor } = parse(source)
  if (descriptor.template?.ast) visit(descriptor.template.ast as unknown as Node)
  return found
}

/** Not read by people: imports, thrown developer errors, class lists and CSS. */
function isForMachines(node: ts.Node): boolean {
  const { parent } = node
  if (ts.isImportDeclaration(parent) || ts.isLiteralTypeNode(parent)) return true
  if (ts.isNewExpression(parent) && /Error$/.test(parent.expression.getText())) return true
  return false
}

export function proseInScript(source: string): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    const text =
      ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)
        ? node.text
        : null
    if (text !== null && isProse(text) && !isForMachines(node) && !/^[([@.#*:]|^system-ui/.test(text)) found.push(text)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('file.ts', source, ts.ScriptTarget.ESNext, true))
  return found
}

describe('the scanner itself', () => {
  it('finds prose in templates, attributes and scripts', () => {
    expect(proseInTemplate('<template><p>Hello</p><v-btn aria-label="Close it" class="a b" /></template>')).toEqual([
      'Hello',
      'aria-label="Close it"',
    ])
    expect(proseInTemplate("<template><p>{{ t('a.b') }} · {{ n }}</p></template>")).toEqual([])
    expect(
      proseInScript("const a = 'Training is done'; const b = `Step ${n} has failed`; const c = '训练'"),
    ).toHaveLength(3)
    expect(proseInScript("import x from 'y'; const a = 'app.nav.start'")).toEqual([])
  })
})

describe('src-renderer outside text/', () => {
  it.each(files.map((file) => relative(root, join(root, file))))('%s contains no prose', (file) => {
    const source = readFileSync(join(root, file), 'utf8')
    if (file.endsWith('.ts')) {
      expect(proseInScript(source)).toEqual([])
      return
    }
    const { descriptor } = parse(source)
    expect(proseInTemplate(source)).toEqual([])
    expect(proseInScript(`${descriptor.script?.content ?? ''}\n${descriptor.scriptSetup?.content ?? ''}`)).toEqual([])
  })
})
