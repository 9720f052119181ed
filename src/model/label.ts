// Labels and short answers in the form in which they are compared: two that mean the same should read the same.

/** Fences of code around the whole text. */
const FENCE = /^```[\w-]*[ \t]*\r?\n([\s\S]*?)\r?\n?```$/

export const withoutFence = (text: string): string => {
  const trimmed = text.trim()
  return FENCE.exec(trimmed)?.[1]?.trim() ?? trimmed
}

// "Answer:", "The answer is", "答案是" in front of the answer itself.
const LEAD =
  /^(?:(?:the )?(?:final )?(?:answer|label|result|category|choice)(?: is)?|(?:最终)?(?:答案|结果|标签|类别|选择)(?:是|为)?) ?[:：]? ?(?=\S)/u
const WRAPPING = /^["'“”‘’«»「」『』`*_()[\]（）【】]+|["'“”‘’«»「」『』`*_()[\]（）【】.,;:!?。，；：！？、]+$/gu

/** A label or short answer without case, width, quotes, emphasis, closing marks and introduction. Never throws. */
export const toLabel = (text: string): string => {
  let label = withoutFence(text).normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim()
  label = label.replace(WRAPPING, '').trim().replace(LEAD, '').replace(WRAPPING, '').trim()
  return label === '' ? text.trim() : label
}
