import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** Runs `use` with an empty folder that is gone afterwards. */
export async function inTemporaryFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(`${tmpdir()}/plexus-`)
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
