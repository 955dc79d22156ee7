import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { commandNames, commandOf, shells } from '../../../src-main/cli/commands'
import { completion } from '../../../src-main/cli/completion'

const program = { node: "/it's/node", file: '/a b/cli.cjs' }

/** What bash offers after these words, the last of which is being typed. */
function offered(...words: string[]): string[] {
  const list = words.map((word) => `'${word}'`).join(' ')
  const script = `${completion('bash', program)}
COMP_WORDS=(homegrown ${list}); COMP_CWORD=${words.length}; _homegrown; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout.split('\n').filter((line) => line !== '')
}

describe('completion', () => {
  it.each(shells)('%s knows every command and its options', (shell) => {
    const script = completion(shell, program)
    for (const name of commandNames) {
      for (const word of name.split(' ')) expect(script).toContain(word)
      for (const option of commandOf(name).options) expect(script).toMatch(new RegExp(`(--|-l )${option}\\b`))
    }
  })

  it.skipIf(process.platform === 'win32')('bash offers commands, options, values and files', () => {
    expect(offered('res')).toEqual(['resume', 'restore'])
    expect(offered('--v')).toEqual(['--version'])
    expect(offered('resume', '--')).toEqual(['--steps', '--checkpoint', '--less-memory', '--json', '--help'])
    expect(offered('train', '--model', '')).toEqual(['gpt', 'lstm', 'llama'])
    expect(offered('train', '--set', 'comp')).toEqual(['compile=auto', 'compile=graph', 'compile=xla'])
    expect(offered('engine', '')).toContain('install')
    expect(offered('engine', 'install', 'c')).toEqual(['cuda'])
    expect(offered('train', 'READ')).toEqual(['README.md'])
    expect(offered('help', 'pau')).toEqual(['pause'])
  })

  it.skipIf(process.platform === 'win32')('bash makes the command where there is none', () => {
    const script = `PATH=; ${completion('bash', { node: 'echo', file: 'it is' })}\nhomegrown 1 "2 3"`
    expect(spawnSync('/bin/bash', ['--norc', '-c', script], { encoding: 'utf8' }).stdout).toBe('it is 1 2 3\n')
  })
})
