import type { Result } from '../../src/cni/index.ts'
import type { Attachment } from '../bench/attachment.ts'
import type { Bench } from '../bench/bench.ts'
import { findings } from '../bench/judge.ts'
import { linksIn, newest } from '../bench/view.ts'
import type { Case, Finding } from '../case.ts'
import { NotRun } from '../not-run.ts'

/** What a case about an ADD looks at. */
export type View = { readonly result: Result; readonly attachment: Attachment }

/** A case that makes an attachment and tells what of it is not as its result says. */
export function ofAdded(
  id: string,
  title: string,
  sentence: Case['sentence'],
  faults: (view: View) => readonly string[],
): Case {
  const run = async (bench: Bench): Promise<readonly Finding[]> => {
    const attachment = bench.attachment()
    const { result, run: add } = await attachment.added()
    if (!linksIn({ sandbox: attachment.sandbox.name }).some(({ name }) => name === attachment.ifName))
      throw new NotRun('the interface is not there; IFC-01 tells of that')
    return findings(faults({ result: newest(result), attachment }), add)
  }
  return { id, title, sentence, kinds: ['main', 'meta'], versions: 'each', inChain: true, run }
}
