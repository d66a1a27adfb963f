/** Something that whoever runs the bench can mend; the message says what. */
export class BenchError extends Error {}
