export { Timeline } from './timeline.ts'
export { TimelineMap } from './timeline-map.ts'
