/** The id of a topic in stories: `orders` → `ordersAAAAAAAAAAAAAAAA`. */
export function topicIdOf(name: string): string {
  return name.padEnd(22, 'A')
}
