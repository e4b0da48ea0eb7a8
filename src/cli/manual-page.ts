import type { Argument, Command, Help, Option } from 'commander'
import { wrapped } from './terminal.ts'
import { VERSION } from './version.ts'

const FILES = [
  ['/etc/cni/net.d', 'where the node configuration is'],
  ['/var/lib/cni/multus/plexus', 'the journal: one file a container; elsewhere where cniDir says so'],
  ['/run/plexus', "the agent's socket, and what it has yet to tell"],
] as const

const ENVIRONMENT = [
  ['CNI_COMMAND', 'with it plexus is a CNI plugin, and no command line'],
  ['KUBECONFIG', 'whom --from-cluster asks, where nothing else says so'],
  ['NO_COLOR', 'no colours'],
  ['NODE_NAME', 'the name of the node, for the agent'],
  ['PLEXUS_TRACE', 'a new file for what took how long in an ADD or DEL'],
] as const

/** The manual page of a program for man(1), made of what its help says: a page cannot say anything else. */
export function manualPage(program: Command): string {
  const help = program.createHelp()
  const commands = help.visibleCommands(program).filter((command) => command.name() !== 'help')
  return [
    `.TH PLEXUS 1 "" "Plexus ${VERSION}" "User Commands"`,
    '.SH NAME',
    `plexus \\- ${asText("attaches a pod's networks by a chain of CNI plugins")}`,
    '.SH SYNOPSIS',
    ...commands.flatMap(synopsis),
    '.SH DESCRIPTION',
    sentence(program.description()),
    '.SH COMMANDS',
    ...commands.flatMap((command) => section(command, help)),
    '.SH OPTIONS',
    ...definitions(help.visibleOptions(program).map(optionTerm)),
    ...appendix(program, '.SH'),
    '.SH FILES',
    ...definitions(FILES),
    '.SH ENVIRONMENT',
    ...definitions(ENVIRONMENT),
    '',
  ].join('\n')
}

function synopsis(command: Command, index: number): readonly string[] {
  const usage = [command.name(), ...command.registeredArguments.map(argumentText), '[options]']
  return [...(index === 0 ? [] : ['.br']), '.B plexus', asText(usage.join(' '))]
}

function section(command: Command, help: Help): readonly string[] {
  const given = command.registeredArguments.map((argument) => [argumentText(argument), argument.description] as const)
  const options = help.visibleOptions(command).filter(({ long }) => long !== '--help')
  return [
    `.SS ${asText(command.name())}`,
    sentence(command.description()),
    ...definitions([...given, ...options.map(optionTerm)]),
    ...appendix(command, '.PP'),
  ]
}

function argumentText(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${name}>` : `[${name}]`
}

function optionTerm({ flags, description, argChoices, defaultValue }: Option): readonly [string, string] {
  const notes = [
    ...(argChoices ? [`one of ${argChoices.join(', ')}`] : []),
    ...(typeof defaultValue === 'string' ? [`${defaultValue} unless given`] : []),
  ]
  return [flags, [description, ...notes].join('; ')]
}

function definitions(entries: readonly (readonly [term: string, text: string])[]): readonly string[] {
  return entries.flatMap(([term, text]) => ['.TP', `.B ${asText(term)}`, sentence(text)])
}

// What a help ends with: examples, exit status, notes.
function appendix(command: Command, heading: '.SH' | '.PP'): readonly string[] {
  const paragraphs = endOfHelp(command).trim().split(/\n\n+/)
  return paragraphs.flatMap((paragraph) => {
    const [first = '', ...rest] = paragraph.split('\n')
    if (first === 'Examples:')
      return [
        ...(heading === '.SH' ? ['.SH EXAMPLES'] : ['.PP', 'Examples:', '.PP']),
        '.EX',
        ...rest.map((line) => asText(line.trim())),
        '.EE',
      ]
    return paragraph === '' ? [] : ['.PP', ...paragraph.split('\n').map(asText)]
  })
}

function endOfHelp(command: Command): string {
  let written = ''
  const output = command.configureOutput()
  command.configureOutput({
    writeOut: (text) => {
      written += text
    },
  })
  command.outputHelp()
  command.configureOutput(output)
  return written.slice(command.helpInformation().length)
}

function sentence(text: string): string {
  return asText(wrapped(`${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?]$/.test(text) ? '' : '.'}`))
}

// roff takes a backslash, and a period or an apostrophe at the beginning of a line, for its own; and turns some ASCII
// characters into what a shell does not take.
function asText(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha')
    .replaceAll(/^(?=\.)/gm, '\\&')
}
