// What is ready to run, first in, first out.

export class ReadyQueue<Task> {
  #tasks: Task[] = []
  #head = 0

  /** The next task, left where it is. */
  get first(): Task | undefined {
    return this.#tasks[this.#head]
  }

  push(task: Task): void {
    this.#tasks.push(task)
  }

  /** Takes the first task off. */
  shift(): void {
    this.#head++
    if (this.#head === this.#tasks.length) this.clear()
  }

  clear(): void {
    this.#tasks = []
    this.#head = 0
  }
}
