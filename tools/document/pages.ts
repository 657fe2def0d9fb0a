import { brokerMetrics } from '../../packages/broker/broker-metrics.ts'
import { brokerTopicMetrics } from '../../packages/broker/topic-metrics.ts'
import { requestMetrics } from '../../packages/broker/request-metrics.ts'
import { processMetrics } from '../../packages/broker/http/process-metrics.ts'
import { groupMetrics } from '../../packages/coordinator/group/group-metrics.ts'
import { logMetrics } from '../../packages/log/log-metrics.ts'
import { networkMetrics } from '../../packages/network/network-metrics.ts'
import { apiPage } from './api-page.ts'
import { clientApiPage } from './client-api-page.ts'
import { clientChannelsPage } from './client-channels-page.ts'
import { clientConfigPage } from './client-config-page.ts'
import { clientMetricsPage } from './client-metrics-page.ts'
import { brokerConfigPage, groupConfigPage, topicConfigPage } from './config-pages.ts'
import { errorPage } from './error-page.ts'
import type { Page } from './markdown.ts'
import { metricPage } from './metric-page.ts'

/** All pages of docs/reference that are made from declarations. */
export function referencePages(): readonly Page[] {
  return [
    brokerConfigPage(),
    topicConfigPage(),
    groupConfigPage(),
    clientConfigPage(),
    clientApiPage(),
    clientChannelsPage(),
    clientMetricsPage(),
    apiPage(),
    errorPage(),
    metricPage({
      'The broker and its cluster': brokerMetrics,
      Topics: brokerTopicMetrics,
      Requests: requestMetrics,
      Connections: networkMetrics,
      Logs: logMetrics,
      Groups: groupMetrics,
      Process: processMetrics,
    }),
  ]
}
