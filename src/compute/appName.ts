/** Name and version of the app as recipes record them: those of package.json. */
export const appName = 'mgit-web 0.1.0';
