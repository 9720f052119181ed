import { chatDrivers } from './chat-drivers.ts'
import { describeExtendedForm } from './chat-extensions.ts'

for (const driver of chatDrivers) describeExtendedForm(driver)
