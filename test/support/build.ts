// Before all tests: what runs as a child process is the built command, so dist/ must be what src/ says.

import { build } from '../../scripts/prepare.mjs'

export default build
