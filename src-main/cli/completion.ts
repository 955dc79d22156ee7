import { runFields, runLimits } from '../../src-preload/contract/limits'
import { commandTexts, optionTexts } from './command-text'
import {
  commandNames,
  commandOf,
  commonOptions,
  optionNames,
  optionOf,
  type CommandName,
  type OperandSpec,
  type shells,
} from './commands'

type Shell = (typeof shells)[number]

/** How the command line is started: the program and the file that it runs. */
export interface Program {
  readonly node: string
  readonly file: string
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** `engine install` is the command `engine` with a word after it. */
const firstWords = [...new Set(commandNames.map((name) => name.split(' ')[0] ?? ''))]
const secondWords = (first: string): string[] =>
  commandNames.filter((name) => name.startsWith(`${first} `)).map((name) => name.slice(first.length + 1))

const operandsOf = (name: CommandName): readonly OperandSpec[] => commandOf(name).operands
const takesFile = (name: CommandName): boolean => operandsOf(name).some(({ file }) => file)
const choicesOf = (name: CommandName): readonly string[] => {
  if (name === 'help') return firstWords
  return [...secondWords(name), ...operandsOf(name).flatMap(({ choices = [] }) => choices)]
}
const optionsOf = (name: CommandName) => [...commandOf(name).options, ...commonOptions]

/** What may follow an option; `--set` is followed by the name of a setting and what it is set to. */
const settings = runFields.flatMap((field) => {
  const limit = runLimits[field]
  return limit.kind === 'choice' ? limit.options.map((option) => `${field}=${option}`) : [`${field}=`]
})
const valuesAfter = optionNames.flatMap((name) => {
  const { value, choices = name === 'set' ? settings : [], file = false } = optionOf(name)
  return value === undefined ? [] : [{ name, choices, file }]
})

function bash({ node, file }: Program): string {
  const values = valuesAfter.map(({ name, choices, file: isFile }) =>
    isFile
      ? `    --${name}) COMPREPLY=($(compgen -f -- "$current")); return ;;`
      : `    --${name}) COMPREPLY=($(compgen -W ${quoted(choices.join(' '))} -- "$current")); return ;;`,
  )
  const commands = commandNames.map((name) => {
    const words = [...choicesOf(name), ...optionsOf(name).map((option) => `--${option}`)].join(' ')
    const files = takesFile(name) ? '; files=$(compgen -f -- "$current")' : ''
    return `    ${quoted(name)}) words=${quoted(words)}${files} ;;`
  })
  return `type homegrown >/dev/null 2>&1 || homegrown() { ${quoted(node)} ${quoted(file)} "$@"; }
_homegrown() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} words= files= IFS=$' \\t\\n'
  if [[ $COMP_CWORD -gt 2 && $command == engine ]]; then command="engine \${COMP_WORDS[2]}"; fi
  case $previous in
${values.join('\n')}
  esac
  [[ $COMP_CWORD -eq 1 ]] && command=
  case $command in
    '') words=${quoted([...firstWords, '--help', '--version'].join(' '))} ;;
${commands.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ -n $files ]]; then local IFS=$'\\n'; COMPREPLY+=($files); fi
}
complete -o filenames -F _homegrown homegrown
`
}

function zsh({ node, file }: Program): string {
  const described = (word: string, text: string): string => quoted(`${word}:${text}`)
  const values = valuesAfter.map(({ name, choices, file: isFile }) =>
    isFile
      ? `    --${name}) _files; return ;;`
      : `    --${name}) compadd -- ${choices.map(quoted).join(' ')}; return ;;`,
  )
  const commands = commandNames.map((name) => {
    const options = optionsOf(name).map((option) => described(`--${option}`, optionTexts[option]))
    const words = choicesOf(name).map(quoted).join(' ')
    const operands = [words === '' ? '' : `; compadd -- ${words}`, takesFile(name) ? '; _files' : ''].join('')
    return `    ${quoted(name)}) entries=(${options.join(' ')}); _describe option entries${operands} ;;`
  })
  const first = firstWords.map((word) => described(word, commandTexts[word as CommandName][0]))
  return `#compdef homegrown
(( $+commands[homegrown] )) || homegrown() { ${quoted(node)} ${quoted(file)} "$@" }
_homegrown() {
  local -a entries
  local command=$words[2]
  if (( CURRENT > 3 )) && [[ $command == engine ]]; then command="engine $words[3]"; fi
  case $words[CURRENT-1] in
${values.join('\n')}
  esac
  if (( CURRENT == 2 )); then entries=(${first.join(' ')}); _describe command entries; return; fi
  case $command in
${commands.join('\n')}
  esac
}
compdef _homegrown homegrown
`
}

function fish({ node, file }: Program): string {
  const lines = [
    `type -q homegrown; or function homegrown; ${quoted(node)} ${quoted(file)} $argv; end`,
    'complete -c homegrown -f',
    ...firstWords.map(
      (word) =>
        `complete -c homegrown -n __fish_use_subcommand -a ${word} -d ${quoted(commandTexts[word as CommandName][0])}`,
    ),
  ]
  for (const name of commandNames) {
    const seen = name.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`)
    const here = `complete -c homegrown -n ${quoted(seen.join('; and '))}`
    const words = choicesOf(name)
    if (words.length > 0) lines.push(`${here} -a ${quoted(words.join(' '))}`)
    if (takesFile(name)) lines.push(`${here} -F`)
    for (const option of optionsOf(name)) {
      const { short } = optionOf(option)
      const value = valuesAfter.find((entry) => entry.name === option)
      const after = value === undefined ? '' : value.file ? ' -rF' : ` -xa ${quoted(value.choices.join(' '))}`
      lines.push(
        `${here} -l ${option}${short === undefined ? '' : ` -s ${short}`}${after} -d ${quoted(optionTexts[option])}`,
      )
    }
  }
  return `${lines.join('\n')}\n`
}

const scripts: Readonly<Record<Shell, (program: Program) => string>> = { bash, zsh, fish }

/** A script for the shell; it also makes `homegrown` a command where there is none of that name. */
export const completion = (shell: Shell, program: Program): string => scripts[shell](program)
