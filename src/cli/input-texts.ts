import { readdirSync, statSync } from 'node:fs'
import { CniError, CODE } from '../cni/index.ts'
import { hostFiles, readStdin } from '../host/index.ts'
import type { SourceText } from '../validate/index.ts'

const ENDINGS = /\.(ya?ml|json|conf|conflist)$/

/**
 * The texts that arguments name: files; of folders, the YAML, JSON and CNI files at any depth, but for hidden folders;
 * `-` is standard input.
 * @throws CniError 5 that names what cannot be read.
 */
export function inputTexts(paths: readonly string[]): readonly SourceText[] {
  return paths.flatMap((path) => (path === '-' ? [{ file: 'stdin', text: readStdin() }] : textsAt(path)))
}

function textsAt(path: string): readonly SourceText[] {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) throw new CniError(CODE.ioFailure, `${path}: there is no such file or folder`)
  if (!found.isDirectory()) return [{ file: path, text: hostFiles.read(path) }]
  const files = filesBelow(path.replace(/(?<=.)\/+$/, ''))
  if (files.length > 0) return files.map((file) => ({ file, text: hostFiles.read(file) }))
  throw new CniError(CODE.ioFailure, `${path}: there is no .yaml, .yml, .json, .conf or .conflist file in it`)
}

function filesBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return entry.name.startsWith('.') ? [] : filesBelow(path)
    return ENDINGS.test(entry.name) ? [path] : []
  })
}
