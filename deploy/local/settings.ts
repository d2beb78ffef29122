/** Settings of `npm start`: what to run on this machine, and where. */
import { defineSettings } from '../../shared/settings/table.ts';

export const localSettings = defineSettings({
  program: 'rollcall-local',
  summary: 'runs a coordinator and an agent for every node of a folder on this machine, and shows the roll',
  settings: {
    once: { type: 'boolean', default: false, help: 'end after the first complete roll' },
    data: { type: 'path', placeholder: 'FOLDER', default: './data', help: 'folder of the journal and of the logs' },
    port: { type: 'integer', default: 7655, min: 0, max: 65_535, help: 'port on loopback; 0 takes a free one' },
    daemonsets: {
      type: 'path',
      default: './deploy/examples/daemonsets',
      help: 'file or folder of DaemonSet manifests',
    },
    nodes: {
      type: 'path',
      placeholder: 'FOLDER',
      default: './deploy/examples/nodes',
      help: 'folder with one file for each node: the Node and its daemon pods',
    },
    config: { type: 'path', placeholder: 'FILE', help: 'settings file in YAML' },
  },
});
