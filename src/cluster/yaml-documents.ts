import { CniError, CODE, type Json } from '../cni/index.ts'

/** One document of a YAML stream, and the line it begins at. */
export type YamlDocument = { readonly value: Json; readonly line: number }

/**
 * The documents of a YAML text, JSON included; empty ones are left out.
 * @throws CniError 6 that names the origin, line and column of the first mistake.
 */
export async function yamlDocuments(text: string, origin: string): Promise<readonly YamlDocument[]> {
  // Loaded late: most calls read no YAML.
  const { LineCounter, parseAllDocuments } = await import('yaml')
  const lineCounter = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter, prettyErrors: false })
  if (!Array.isArray(documents)) return []
  return documents.flatMap((document) => {
    const [fault] = document.errors
    if (fault) {
      const { line, col } = lineCounter.linePos(fault.pos[0])
      throw new CniError(CODE.decodingFailure, `${origin}:${line}:${col}: ${fault.message}`)
    }
    if (document.contents === null) return []
    return [{ value: document.toJS() as Json, line: lineCounter.linePos(document.range[0]).line }]
  })
}
