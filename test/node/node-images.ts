import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { PLEXUS } from '../engine/plexus.ts'

/** The image that holds a pod's namespaces. */
export const PAUSE_IMAGE = 'localhost/pause:1'
/** The image of a test's pods. */
export const BUSYBOX_IMAGE = 'localhost/busybox:1'

type Image = { readonly tags: readonly string[]; readonly layer: Layer; readonly config: object }
type Layer = { readonly file: string; readonly diffId: string }

const STAGE = new URL('../../scripts/stage-image.sh', import.meta.url).pathname
const APPLETS = ['cat', 'ip', 'ls', 'ping', 'sh', 'sleep', 'wget']
const FOREVER = ['/bin/busybox', 'sleep', 'infinity']

/**
 * Writes a docker archive with every image a test's pods are made of, as there is no registry to pull them from:
 * `localhost/pause:1`, busybox under the names the tests and the examples call it, and what Dockerfile makes.
 * @returns its path.
 */
export function imagesArchive(folder: string): string {
  return archive(folder, 'images', (work) => {
    const busybox = layer(work, 'busybox', layBusybox)
    return [
      { tags: [PAUSE_IMAGE], layer: busybox, config: { Entrypoint: FOREVER } },
      { tags: [BUSYBOX_IMAGE, 'docker.io/library/busybox:1.36'], layer: busybox, config: { Cmd: FOREVER } },
      plexusImage(work, '0.1.0', PLEXUS),
    ]
  })
}

/** Writes a docker archive of what Dockerfile makes of an executable, as image `plexus:VERSION`. Returns its path. */
export function plexusArchive(folder: string, version: string, executable: string): string {
  return archive(folder, `plexus-${version}`, (work) => [plexusImage(work, version, executable)])
}

function archive(folder: string, name: string, imagesIn: (work: string) => readonly Image[]): string {
  const work = `${folder}/${name}`
  mkdirSync(work, { recursive: true })
  const manifest = imagesIn(work).map((image, index) => ({
    Config: configFile(work, `config${index}.json`, image),
    RepoTags: image.tags,
    Layers: [image.layer.file],
  }))
  writeFileSync(`${work}/manifest.json`, JSON.stringify(manifest))
  const path = `${folder}/${name}.tar`
  execFileSync('tar', ['--create', '--file', path, '--directory', work, '--exclude=./root-*', '.'])
  return path
}

function plexusImage(work: string, version: string, executable: string): Image {
  return {
    tags: [`docker.io/library/plexus:${version}`],
    layer: layer(work, 'plexus', (root) => layPlexus(root, executable)),
    config: { Entrypoint: ['/usr/local/bin/plexus'], Cmd: ['agent'] },
  }
}

function configFile(work: string, name: string, { layer: { diffId }, config }: Image): string {
  const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch as string]
  const env = { Env: ['PATH=/usr/local/bin:/bin'], ...config }
  const rootfs = { type: 'layers', diff_ids: [diffId] }
  writeFileSync(`${work}/${name}`, JSON.stringify({ architecture, os: 'linux', config: env, rootfs }))
  return name
}

function layer(work: string, name: string, lay: (root: string) => void): Layer {
  const root = `${work}/root-${name}`
  lay(root)
  const file = `${name}.tar`
  execFileSync('tar', ['--create', '--file', `${work}/${file}`, '--directory', root, '.'])
  return {
    file,
    diffId: `sha256:${createHash('sha256')
      .update(readFileSync(`${work}/${file}`))
      .digest('hex')}`,
  }
}

function layBusybox(root: string): void {
  for (const folder of ['bin', 'dev', 'etc', 'proc', 'sys', 'tmp']) mkdirSync(`${root}/${folder}`, { recursive: true })
  copyFileSync('/bin/busybox', `${root}/bin/busybox`)
  for (const applet of APPLETS) symlinkSync('busybox', `${root}/bin/${applet}`)
}

// What the Dockerfile copies.
function layPlexus(root: string, executable: string): void {
  const staged = `${root}-staged`
  execFileSync('sh', [STAGE, executable, staged])
  for (const part of ['libraries', 'executable']) cpSync(`${staged}/${part}`, root, { recursive: true })
}
