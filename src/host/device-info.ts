import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { CniError, CODE, parseJsonObject } from '../cni/index.ts'
import type { DeviceInfos } from '../engine/index.ts'
import { errnoInWords, errnoOf } from './errno.ts'

// Named by Multus and by the Device Information Specification (4.1, 4.2) alike.
const FOLDER = '/var/run/k8s.cni.cncf.io/devinfo'

/**
 * The DeviceInfo files of this machine (Device Information Specification 1.1.0, section 4): a device plugin's under
 * `dp`, an attachment's under `cni`, named as Multus names them.
 * Every failure is CniError 5, or 6 where a file is not a JSON object, with the path; nothing is left of a copy that fails.
 */
export function hostDeviceInfos({ folder = FOLDER }: { readonly folder?: string } = {}): DeviceInfos {
  return {
    pathOf: ({ network, containerId, ifName }) => `${folder}/cni/${flat(`${network}-${containerId}_${ifName}`)}`,
    publish(path, { resource, deviceID }) {
      remove(path)
      if (resource !== undefined) copy(`${folder}/dp/${flat(`${resource}-${deviceID}`)}-device.json`, path)
    },
    read(path) {
      const text = readText(path)
      return text === undefined ? undefined : parseJsonObject(text, path)
    },
    remove,
  }
}

function flat(name: string): string {
  return name.replaceAll('/', '-')
}

function copy(source: string, path: string): void {
  const text = readText(source)
  if (text === undefined) return
  parseJsonObject(text, source)
  write(path, text)
}

function readText(path: string): string | undefined {
  return attempt('read', path, () => {
    try {
      return readFileSync(path, 'utf8')
    } catch (fault) {
      if (errnoOf(fault) === 'ENOENT') return undefined
      throw fault
    }
  })
}

// The path is one attachment's, whose plugins have not begun: nobody reads it before it is whole.
function write(path: string, text: string): void {
  attempt('written', path, () => {
    mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true, mode: 0o755 })
    try {
      writeFileSync(path, text, { flag: 'wx' })
      // A umask may have taken a reader's right away.
      chmodSync(path, 0o444)
    } catch (fault) {
      rmSync(path, { force: true })
      throw fault
    }
  })
}

function remove(path: string): void {
  attempt('removed', path, () => rmSync(path, { force: true }))
}

function attempt<T>(what: 'read' | 'written' | 'removed', path: string, step: () => T): T {
  try {
    return step()
  } catch (fault) {
    throw new CniError(CODE.ioFailure, `${path}: cannot be ${what}: ${errnoInWords(fault)}`, { cause: fault })
  }
}
