import fc from 'fast-check'

/**
 * fast-check, with one seed for all properties: a test run says the same of the same code wherever it runs.
 * `PROPERTY_SEED` gives another one; `npm run fuzz` looks further, with a new seed each time.
 */
export { fc }

fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 20_261_126) })
