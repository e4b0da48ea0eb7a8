import { readdirSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { CODE } from '../../src/cni/index.ts'

/** A message that the sources can print; `…` stands for what is known only when it is printed. */
export type MessageTemplate = {
  readonly text: string
  /** Where docs/troubleshooting.md has it: an error's code, or `command`, `document` or `log`. */
  readonly section: string
  /** The source file, for who has to look. */
  readonly file: string
}

const SOURCES = new URL('../../src/', import.meta.url).pathname
const GAP = '…'

/**
 * Every message of the sources that a runtime, a user or the log may see, once for each section: the errors
 * (`new CniError(…)`), what is wrong in a document (`message: …`, and what a `…Fault` function says), and the log's
 * warnings and errors. What only hands on another message is left out.
 */
export function messageTemplates(): readonly MessageTemplate[] {
  const names = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => name.endsWith('.ts') && !name.includes('generated/')).sort()
  const found = files.flatMap(templatesIn).filter(({ text }) => /[a-z]{2}/i.test(text))
  return [...new Map(found.map((one) => [`${one.section} ${one.text}`, one])).values()]
}

function templatesIn(file: string): readonly MessageTemplate[] {
  const source = ts.createSourceFile(file, readFileSync(SOURCES + file, 'utf8'), ts.ScriptTarget.Latest, true)
  const found: MessageTemplate[] = []
  const visit = (node: ts.Node): void => {
    const spoken = spokenAt(node, file)
    for (const text of spoken ? textsOf(spoken.expression) : [])
      found.push({ text, section: spoken?.section ?? '', file })
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

type Spoken = { readonly expression: ts.Expression; readonly section: string }

function spokenAt(node: ts.Node, file: string): Spoken | undefined {
  if (ts.isNewExpression(node) && node.expression.getText() === 'CniError') {
    const [code, message] = node.arguments ?? []
    return code && message && { expression: message, section: sectionOf(code, file) }
  }
  if (
    ts.isCallExpression(node) &&
    /^(ports\.|context\.)?(log|.*\.log)\.(warning|error)$/.test(node.expression.getText())
  ) {
    const [message] = node.arguments
    return message && { expression: message, section: 'log' }
  }
  const isOfDocument = /^(cni|attach)\//.test(file)
  if (isOfDocument && ts.isPropertyAssignment(node) && node.name.getText() === 'message')
    return { expression: node.initializer, section: 'document' }
  if (isOfDocument && ts.isReturnStatement(node) && node.expression && isFaultFunction(node))
    return { expression: node.expression, section: 'document' }
  if (isOfDocument && ts.isArrowFunction(node) && /^faulty\(/.test(node.parent.getText()) && !ts.isBlock(node.body))
    return { expression: node.body, section: 'document' }
  return undefined
}

// The command line prints no codes.
function sectionOf(code: ts.Expression, file: string): string {
  if (file.startsWith('cli/') && file !== 'cli/plugin-call.ts') return 'command'
  const [, name = ''] = /CODE\.(\w+)/.exec(code.getText()) ?? []
  return String(CODE[name as keyof typeof CODE] ?? 'document')
}

function isFaultFunction(node: ts.Node): boolean {
  const of = ts.findAncestor(node, ts.isFunctionDeclaration)
  return /Fault$/.test(of?.name?.text ?? '')
}

/** What an expression may say, with names resolved as far as the file itself tells. */
function textsOf(expression: ts.Expression): readonly string[] {
  if (ts.isParenthesizedExpression(expression)) return textsOf(expression.expression)
  if (ts.isStringLiteralLike(expression)) return [expression.text]
  if (ts.isConditionalExpression(expression)) return [expression.whenTrue, expression.whenFalse].flatMap(textsOf)
  if (ts.isTemplateExpression(expression)) return templateTexts(expression)
  if (ts.isIdentifier(expression)) return constantTexts(expression)
  if (ts.isCallExpression(expression)) return returnedTexts(expression)
  return []
}

function templateTexts({ head, templateSpans }: ts.TemplateExpression): readonly string[] {
  const joined = templateSpans.reduce<readonly string[]>(
    (texts, { expression, literal }) => {
      const fillings = ts.isIdentifier(expression) ? constantTexts(expression) : []
      const filled = fillings.length > 0 ? fillings : [GAP]
      return texts.flatMap((text) => filled.map((filling) => text + filling + literal.text))
    },
    [head.text],
  )
  return joined.map((text) => text.replaceAll(/…+/g, GAP))
}

function constantTexts(name: ts.Identifier): readonly string[] {
  const isMeant = (node: ts.Node): node is ts.VariableDeclaration =>
    ts.isVariableDeclaration(node) && node.name.getText() === name.text
  const declared =
    declarations(enclosing(name), isMeant)[0] ??
    name
      .getSourceFile()
      .statements.filter(ts.isVariableStatement)
      .flatMap((one) => declarations(one, isMeant))[0]
  const { initializer } = declared ?? {}
  return initializer && !ts.isCallExpression(initializer) ? textsOf(initializer) : []
}

function returnedTexts(call: ts.CallExpression): readonly string[] {
  const isMeant = (node: ts.Node): node is ts.FunctionDeclaration =>
    ts.isFunctionDeclaration(node) && node.name?.text === call.expression.getText()
  const [called] = declarations(call.getSourceFile(), isMeant)
  if (!called) return []
  return declarations(called, ts.isReturnStatement).flatMap(({ expression }) => (expression ? textsOf(expression) : []))
}

function enclosing(node: ts.Node): ts.Node {
  return ts.findAncestor(node, ts.isFunctionDeclaration) ?? node.getSourceFile()
}

function declarations<T extends ts.Node>(within: ts.Node, isMeant: (node: ts.Node) => node is T): readonly T[] {
  const found: T[] = []
  const visit = (node: ts.Node): void => {
    if (isMeant(node)) found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(within)
  return found
}
