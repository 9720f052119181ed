// `npm run build`: installs what is missing and compiles src/ to dist/.
import { prepare } from './prepare.mjs'

await prepare()
