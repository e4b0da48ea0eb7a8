import { CniError, CODE, type ConfigFiles } from '../../src/cni/index.ts'

/** Files by their full path, instead of a disk. */
export function fakeFiles(files: Readonly<Record<string, string>> = {}): ConfigFiles {
  return {
    list(folder) {
      const paths = Object.keys(files).filter((path) => path.startsWith(`${folder}/`))
      const names = paths.map((path) => path.slice(folder.length + 1))
      return names.length > 0 ? names.filter((name) => !name.includes('/')) : undefined
    },
    read(path) {
      const text = files[path]
      if (text === undefined) throw new CniError(CODE.ioFailure, `${path}: no such file`)
      return text
    },
  }
}
