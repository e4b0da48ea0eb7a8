import type { Command } from 'commander'

/** A shell that completion can be had for. */
export type Shell = keyof typeof SHELLS

/** A command, as far as completion knows it. */
type Known = {
  readonly name: string
  readonly description: string
  readonly options: readonly KnownOption[]
  /** What its first argument may be; undefined for files. */
  readonly words?: readonly string[] | undefined
}

type KnownOption = {
  readonly long: string
  readonly short?: string | undefined
  readonly description: string
  readonly takesValue: boolean
  readonly choices: readonly string[]
}

/** The completion scripts, by shell. */
export const SHELLS = { bash, zsh, fish } as const satisfies Record<string, (commands: readonly Known[]) => string>

/** The script that makes a shell complete what a program knows, made from its own commands and options. */
export function completionScript(shell: Shell, program: Command): string {
  return SHELLS[shell](knownCommands(program))
}

function knownCommands(program: Command): readonly Known[] {
  const help = program.createHelp()
  return help.visibleCommands(program).map((command) => ({
    name: command.name(),
    description: command.description(),
    words:
      command.name() === 'help'
        ? program.commands.map((one) => one.name())
        : command.registeredArguments[0]?.argChoices,
    options: help
      .visibleOptions(command)
      .flatMap(({ long, short, description, required, optional, argChoices = [] }) =>
        long ? [{ long, short, description, takesValue: required || optional, choices: argChoices }] : [],
      ),
  }))
}

function bash(commands: readonly Known[]): string {
  const names = commands.map(({ name }) => name).join(' ')
  const values = commands.flatMap(({ name, options }) =>
    options
      .filter(({ choices }) => choices.length > 0)
      .map(({ long, short, choices }) => {
        const flags = [long, short].flatMap((flag) => (flag ? [`'${name} ${flag}'`] : []))
        return `    ${flags.join('|')}) COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$cur")); return ;;`
      }),
  )
  const flags = commands.map(({ name, options, words }) => {
    const all = options.map(({ long }) => long).join(' ')
    return `    ${name}) options='${all}' words='${(words ?? []).join(' ')}' ;;`
  })
  return `# Completion of plexus for bash: source <(plexus completion bash)
_plexus() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} options words
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${names} --help --version' -- "$cur"))
    return
  fi
  case "$command $prev" in
${values.join('\n')}
  esac
  case "$command" in
${flags.join('\n')}
    *) return ;;
  esac
  case "$cur" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$cur")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$cur"; [ -n "$words" ] || compgen -f -- "$cur")) ;;
  esac
}
complete -o filenames -F _plexus plexus
`
}

function zsh(commands: readonly Known[]): string {
  const names = commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`)
  const cases = commands.map(({ name, options, words }) => {
    const rest = words ? `'*:word:(${words.join(' ')})'` : "'*:file:_files'"
    return `    ${name}) _arguments ${[...options.map(zshOption), rest].join(' \\\n      ')} ;;`
  })
  return `#compdef plexus
# Completion of plexus for zsh: plexus completion zsh >"\${fpath[1]}/_plexus"
_plexus() {
  local -a commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
compdef _plexus plexus
`
}

function zshOption({ long, short, description, takesValue, choices }: KnownOption): string {
  const value = choices.length > 0 ? `:value:(${choices.join(' ')})` : takesValue ? ':value:_files' : ''
  const text = `[${description.replaceAll(/[[\]:]/g, ' ')}]${value}`
  return short ? `{${short},${long}}${quoted(text)}` : quoted(long + text)
}

function fish(commands: readonly Known[]): string {
  const lines = commands.flatMap(({ name, description, options, words }) => {
    const here = `complete -c plexus -n '__fish_seen_subcommand_from ${name}'`
    return [
      `complete -c plexus -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`,
      ...(words ? [`${here} -f -a ${quoted(words.join(' '))}`] : []),
      ...options.map(({ long, short, description: what, takesValue, choices }) => {
        const value = choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : takesValue ? ' -r' : ''
        return `${here} -l ${long.slice(2)}${short ? ` -s ${short.slice(1)}` : ''}${value} -d ${quoted(what)}`
      }),
    ]
  })
  return ['# Completion of plexus for fish: plexus completion fish | source', ...lines, ''].join('\n')
}

// As a word of any of the three.
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
