/** Settings of `npm start`: what to run on this machine, and where. */
import { defineSettings } from '../../shared/settings/table.ts';

export const localSettings = defineSettings({
  program: 'rollcall-local',
  summary: 'runs a local cluster: a coordinator and one agent for every node file of a folder',
  settings: {
    once: { type: 'boolean', default: false, help: 'exit after the first complete report' },
    data: { type: 'path', placeholder: 'FOLDER', default: './data', help: 'folder for the journal and the logs' },
    port: { type: 'integer', default: 7655, min: 0, max: 65_535, help: 'port on loopback; 0 selects a free port' },
    daemonsets: {
      type: 'path',
      default: './deploy/examples/daemonsets',
      help: 'file or folder of DaemonSet manifests',
    },
    nodes: {
      type: 'path',
      placeholder: 'FOLDER',
      default: './deploy/examples/nodes',
      help: 'folder with one file per node: the Node and its daemon pods',
    },
    config: { type: 'path', placeholder: 'FILE', help: 'settings file in YAML' },
  },
});
