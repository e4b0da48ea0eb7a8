import { readNodeConfig } from '../attach/index.ts'
import { CniError, configFiles, networkFile, problemText, shadowOf } from '../cni/index.ts'
import { hostFiles } from '../host/index.ts'
import { doubt, ill, ok, type Patient, type Verdict } from './doctor-verdict.ts'

/** Whether the runtime calls Plexus: its configuration is there, valid, and comes first. */
export function examineConfig({ confDir, chosen }: Patient): readonly Verdict[] {
  const files = configFiles(hostFiles, confDir)
  if (!chosen) {
    const there = files.length > 0 ? `; there are ${files.join(', ')}` : ''
    return [ill(`${confDir} has no node configuration of Plexus${there}`, 'plexus install'), ...files.flatMap(invalid)]
  }
  const { path, config } = chosen
  const { warnings } = readNodeConfig(config)
  return [
    ...order(confDir, path),
    ...warnings.map((one) => doubt(`${path}: ${problemText(one)}`, `plexus validate ${path}`)),
    ...files.flatMap(invalid),
  ]
}

function order(confDir: string, path: string): readonly Verdict[] {
  if (!path.startsWith(`${confDir}/`))
    return [ok(`${path}: is a node configuration; the runtime's folder was not asked`)]
  const first = shadowOf(hostFiles, confDir, path)
  if (first === undefined) return [ok(`${path}: comes first, and the runtime takes it`)]
  return [
    ill(
      `${first}: comes before ${path}, and the runtime takes it: Plexus is not called`,
      `mv ${first} ${first}.disabled`,
    ),
  ]
}

function invalid(path: string): readonly Verdict[] {
  try {
    networkFile(hostFiles, path)
    return []
  } catch (fault) {
    if (fault instanceof CniError) return [doubt(fault.msg, `plexus validate ${path}`)]
    throw fault
  }
}
