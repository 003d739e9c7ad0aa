/**
 * `npm start`: installs what is missing, builds, serves the app, prints its address.
 * `PORT` sets the port; without it the first free one from 4173 is taken.
 */
import process from 'node:process';
import { installPackages } from './install.js';

installPackages();
const { build, preview } = await import('vite');
console.log('Building …');
await build({ logLevel: 'warn' });

const wanted = process.env.PORT;
const server = await preview({
  logLevel: 'warn',
  preview: { port: Number(wanted ?? 4173), strictPort: wanted !== undefined, host: '127.0.0.1' },
});
const { port } = server.httpServer.address();
console.log(`MGit Web is ready at http://localhost:${port}/ (Ctrl-C stops it)`);
