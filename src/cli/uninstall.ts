import { existsSync, rmdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { journalFiles } from '../host/index.ts'
import { removeFile, sameContent, textOf } from './install-files.ts'
import { isGeneratedKubeconfig } from './install-kubeconfig.ts'
import {
  executablePath,
  kubeconfigPath,
  mounted,
  nodeConfigPath,
  type UninstallOptions,
  withTidyPaths,
} from './install-options.ts'
import { note, print } from './print.ts'

/**
 * Removes from this node what `install` wrote, so that the runtime takes the default network's own configuration again.
 * The executable stays, unless it is asked for and no container needs it: a runtime that remembers what it called at
 * ADD (CRI-O) calls it at DEL, and it answers from its journal alone.
 * @returns the exit status: 1 where the executable was to go and could not.
 * @throws CniError 4 or 5.
 */
export function uninstall(given: UninstallOptions): number {
  const options = withTidyPaths(given)
  remove(options, nodeConfigPath(options))
  removeKubeconfig(options)
  const containers = journalFiles(`${mounted(options, options.cniDir)}/plexus`).list().length
  if (containers > 0) note(stillAttached(containers))
  return options.executable ? removeExecutable(options, containers) : 0
}

function removeKubeconfig(options: UninstallOptions): void {
  const path = kubeconfigPath(options)
  const text = textOf(mounted(options, path))
  if (text === undefined || !isGeneratedKubeconfig(text)) return
  remove(options, path)
  if (options.kubeconfig === undefined) removeEmptyFolder(dirname(mounted(options, path)))
}

function removeEmptyFolder(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Somebody else has something in it.
  }
}

function stillAttached(containers: number): string {
  return [
    `containers that Plexus has attached and not deleted yet: ${containers}. The executable stays and answers their DEL;`,
    'but a runtime that takes what is configured now (containerd) deletes their default network alone: delete these',
    'pods first, or let plexus gc clean up behind them.',
  ].join('\n')
}

function removeExecutable(options: UninstallOptions, containers: number): number {
  const path = executablePath(options)
  const here = mounted(options, path)
  if (containers > 0) return 1
  if (sameContent(options.executableFile ?? process.execPath, here)) remove(options, path)
  else if (existsSync(here)) {
    note(`${path}: is another program, or another version of this one: it stays`)
    return 1
  }
  return 0
}

function remove(options: UninstallOptions, path: string): void {
  if (removeFile(mounted(options, path))) print(`${path}: removed`)
}
