/** Settings of `npm start`: what to run on this machine, and where. */
import { defineSettings } from '../../shared/settings/table.ts';

export const localSettings = defineSettings({
  program: 'rollcall-local',
  summary: 'runs a local cluster: a coordinator, and one agent for each node file in a folder',
  settings: {
    once: {
      type: 'boolean',
      default: false,
      help: 'print the status after all nodes have reported, and exit; with --own, after all incidents',
    },
    own: {
      type: 'boolean',
      default: false,
      help: 'run the coordinator as the DaemonSet controller of a simulated cluster, in which pods are created and recycled',
    },
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
