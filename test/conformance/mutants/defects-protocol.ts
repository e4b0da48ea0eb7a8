import { type Defect, failure, SILENCE, success, withConfig, withEnv, withError, withResult } from './call.ts'

/** Defects of the protocol: versions, variables, stdin, errors, stdout. */
export const PROTOCOL_DEFECTS = {
  'version-empty': {
    of: 'bridge',
    caughtBy: ['VER-01'],
    answer: (call, real) =>
      call.verb === 'VERSION' ? withResult(real(call), (told) => ({ ...told, cniVersion: '' })) : real(call),
  },
  'version-lists-twice': {
    of: 'bridge',
    caughtBy: ['VER-04'],
    answer: (call, real) =>
      call.verb === 'VERSION'
        ? withResult(real(call), (told) => ({
            ...told,
            supportedVersions: ['1.0.0', ...(told['supportedVersions'] as string[])],
          }))
        : real(call),
  },
  'takes-any-version': {
    of: 'bridge',
    caughtBy: ['VER-06'],
    answer: (call, real) => {
      const version = String(call.config?.['cniVersion'] ?? '')
      return /^(0\.[1-4]\.\d|1\.0\.0|)$/.test(version)
        ? real(call)
        : real(withConfig(call, (config) => ({ ...config, cniVersion: '1.0.0' })))
    },
  },
  'wrong-code-for-a-version': {
    of: 'bridge',
    caughtBy: ['VER-06'],
    answer: (call, real) => withError(real(call), (error) => (error['code'] === 1 ? { ...error, code: 100 } : error)),
  },
  'wrong-code-for-a-missing-variable': {
    of: 'bridge',
    caughtBy: ['PRO-01'],
    answer: (call, real) =>
      withError(real(call), (error) =>
        String(error['msg']).includes('missing') && error['code'] === 4 ? { ...error, code: 100 } : error,
      ),
  },
  'message-names-no-variable': {
    of: 'bridge',
    caughtBy: ['PRO-01'],
    answer: (call, real) =>
      withError(real(call), (error) => (error['code'] === 4 ? { ...error, msg: 'the environment is wrong' } : error)),
  },
  'takes-any-container-id': {
    of: 'bridge',
    caughtBy: ['PRO-02'],
    answer: (call, real) =>
      real(
        withEnv(call, {
          CNI_CONTAINERID: call.env['CNI_CONTAINERID']
            ?.replaceAll(/[^a-zA-Z0-9_.-]/g, 'x')
            .replace(/^[^a-zA-Z0-9]+/, 'x')
            .slice(0, 60),
        }),
      ),
  },
  'wrong-code-for-stdin': {
    of: 'bridge',
    caughtBy: ['PRO-03'],
    answer: (call, real) => withError(real(call), (error) => (error['code'] === 6 ? { ...error, code: 7 } : error)),
  },
  'takes-any-name': {
    of: 'bridge',
    caughtBy: ['PRO-04'],
    answer: (call, real) =>
      real(
        withConfig(call, (config) => {
          const name = String(config['name'] ?? '').replaceAll(/[^a-zA-Z0-9]/g, '')
          return config['type'] === undefined ? config : { ...config, name: name || 'unnamed' }
        }),
      ),
  },
  'takes-any-command': {
    of: 'bridge',
    caughtBy: ['PRO-05'],
    answer: (call, real) => (['FOO', 'add'].includes(call.verb) ? SILENCE : real(call)),
  },
  'chokes-on-args': {
    of: 'bridge',
    caughtBy: ['PRO-06'],
    answer: (call, real) => (call.config?.['args'] !== undefined ? failure(100, 'args: unknown key') : real(call)),
  },
  'chokes-on-kubernetes': {
    of: 'bridge',
    caughtBy: ['PRO-07'],
    answer: (call, real) =>
      call.env['CNI_ARGS']?.includes('K8S_') ? failure(100, 'CNI_ARGS: unknown argument') : real(call),
  },
  'looks-in-the-first-folder-only': {
    of: 'bridge',
    caughtBy: ['PRO-08'],
    answer: (call, real) =>
      call.env['CNI_PATH']?.startsWith('/run/nowhere') ? failure(100, '/run/nowhere: not found') : real(call),
  },
  'error-without-message': {
    of: 'bridge',
    caughtBy: ['ERR-01'],
    alsoSeenBy: ['PRO-01', 'CHK-01'],
    answer: (call, real) => withError(real(call), ({ msg: _, ...error }) => error),
  },
  'error-on-stderr': {
    of: 'bridge',
    caughtBy: ['ERR-01'],
    alsoSeenBy: ['VER-*', 'PRO-*', 'CHK-*', 'ATM-*'],
    answer: (call, real) => {
      const answer = real(call)
      return answer.status === 0 ? answer : { ...answer, stdout: '', stderr: answer.stdout }
    },
  },
  'error-with-status-0': {
    of: 'bridge',
    caughtBy: ['PRO-03'],
    alsoSeenBy: ['*'],
    answer: (call, real) => ({ ...real(call), status: 0 }),
  },
  crashes: {
    of: 'bridge',
    caughtBy: ['ERR-02'],
    answer: (call, real) => {
      if (call.config?.['ipam'] === null) process.kill(process.pid, 'SIGSEGV')
      return real(call)
    },
  },
  'code-of-its-own-below-100': {
    of: 'bridge',
    caughtBy: ['ERR-03'],
    answer: (call, real) => withError(real(call), (error) => (error['code'] === 999 ? { ...error, code: 42 } : error)),
  },
  'prints-on-del': {
    of: 'bridge',
    caughtBy: ['ERR-04'],
    answer: (call, real) => (call.verb === 'DEL' && real(call).status === 0 ? success({}) : real(call)),
  },
  'prints-debugging': {
    of: 'bridge',
    caughtBy: ['ERR-04'],
    alsoSeenBy: ['RES-01'],
    answer: (call, real) => {
      const answer = real(call)
      return call.config?.['debug'] ? { ...answer, stdout: `debug: ${call.verb}\n${answer.stdout}` } : answer
    },
  },
  'masks-the-code-of-ipam': {
    of: 'bridge',
    caughtBy: ['ERR-06'],
    answer: (call, real) => withError(real(call), (error) => (error['code'] === 11 ? { ...error, code: 100 } : error)),
  },
  'swallows-stderr': {
    of: 'bridge',
    caughtBy: ['ERR-07'],
    answer: (call, real) => ({ ...real(call), stderr: '' }),
  },
} as const satisfies Record<string, Defect>
