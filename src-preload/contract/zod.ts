import { z } from 'zod'

// The page's policy forbids eval. zod would probe for it when the first object is made, and the browser would report a
// violation: so whatever the page loads takes zod from here.
z.config({ jitless: true })

export { z }
