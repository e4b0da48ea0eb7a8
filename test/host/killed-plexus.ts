import { fileURLToPath } from 'node:url'
import { withContainerLock } from '../../src/host/call-locks.ts'
import { hostExec } from '../../src/host/exec.ts'

// killed-plexus.ts LOCKS CONTAINER PLUGIN FOLDER: runs a plugin in a call for a container, to be killed meanwhile.
const [locks = '', container = '', plugin = '', folder = ''] = process.argv.slice(2)
const path = fileURLToPath(new URL(`../plugins/${plugin}`, import.meta.url))
const variables = { PATH: '/usr/bin:/bin', HANG_PIDS: `${folder}/pids`, FOLDER: folder }

await withContainerLock(locks, container, 10_000, async () => {
  const env = { ...variables, CNI_COMMAND: 'ADD', CNI_CONTAINERID: container }
  await hostExec().run({ path, env, stdin: '', timeoutMs: 60_000 })
})
