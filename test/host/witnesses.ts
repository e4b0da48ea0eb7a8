import { readdirSync, readlinkSync } from 'node:fs'

/** Who is inside, living, and what for, by the links `<pid>` in a folder. */
export function liveWitnesses(
  folder: string,
  livesAs: (pid: number) => string | undefined,
): readonly { readonly pid: number; readonly of: string }[] {
  return readdirSync(folder).flatMap((name) => {
    const of = targetOf(`${folder}/${name}`)
    return of !== undefined && livesAs(Number(name)) !== undefined ? [{ pid: Number(name), of }] : []
  })
}

function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
