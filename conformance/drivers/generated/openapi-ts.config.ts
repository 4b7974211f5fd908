/** Node runs TypeScript without a compiler if the imports name their files in full. */
export default {
  input: 'pyannote.yaml',
  output: { path: 'clients/hey_api', importFileExtension: '.ts' },
};
