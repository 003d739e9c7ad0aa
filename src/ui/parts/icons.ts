/** Outlines on a grid of 16, our own drawings. */
export const outlines = {
  close: 'M4 4l8 8M12 4l-8 8',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.4 10.4L14 14',
  undo: 'M6 3L2.5 6.5 6 10M2.5 6.5H10a3.5 3.5 0 0 1 0 7H7',
  redo: 'M10 3l3.5 3.5L10 10M13.5 6.5H6a3.5 3.5 0 0 0 0 7h3',
  import: 'M8 2v8M4.5 6.5L8 10l3.5-3.5M2.5 11v2.5h11V11',
  export: 'M8 10V2M4.5 5.5L8 2l3.5 3.5M2.5 11v2.5h11V11',
  folder: 'M1.5 4V13h13V5H8L6.5 3h-5z',
  trash: 'M2.5 4.5h11M6 4V2.5h4V4M4 4.5l.6 9h6.8l.6-9M6.7 7v4M9.3 7v4',
  link: 'M4 8h8M9 5l3 3-3 3M2 5v6',
  system: 'M2 3h12v8H2zM6 14h4M8 11v3',
  light:
    'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  dark: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z',
  keyboard: 'M1.5 4h13v8h-13zM4 6.5h.5M7 6.5h.5M10 6.5h.5M12 6.5h.3M5 9.5h6',
  command: 'M3 4l3.5 4L3 12M8 12h5',
  list: 'M5 4h9M5 8h9M5 12h9M2 4h.5M2 8h.5M2 12h.5',
  graph:
    'M4 8a2 2 0 1 0-4 0 2 2 0 0 0 4 0zM16 3.5a2 2 0 1 0-4 0 2 2 0 0 0 4 0zM16 12.5a2 2 0 1 0-4 0 2 2 0 0 0 4 0zM4 7.5l8-3.5M4 8.5l8 3.5',
  inspect: 'M3 2h10v12H3zM5.5 5.5h5M5.5 8h5M5.5 10.5h3',
  storage:
    'M2.5 4c0-1.2 2.5-2 5.5-2s5.5.8 5.5 2-2.5 2-5.5 2-5.5-.8-5.5-2zM2.5 4v8c0 1.2 2.5 2 5.5 2s5.5-.8 5.5-2V4M2.5 8c0 1.2 2.5 2 5.5 2s5.5-.8 5.5-2',
  down: 'M4 6l4 4 4-4',
  right: 'M6 4l4 4-4 4',
  back: 'M10 4L6 8l4 4',
  compare: 'M2.5 3H7v10H2.5zM9 3h4.5v10H9zM3.8 6h2M3.8 8.5h2M10.3 6h2M10.3 10h2',
  merge: 'M4 2.5V6c0 2.5 4 2.5 4 5v2.5M12 2.5V6c0 2.5-4 2.5-4 5',
  test: 'M5.5 2h5M6.5 2v4L3 12.5c-.5 1 0 1.5 1 1.5h8c1 0 1.5-.5 1-1.5L9.5 6V2M4.8 10h6.4',
  cascade: 'M3 2.5V6h5v3.5h5V13M11 11l2 2.2 2-2.2',
  branch: 'M4 2v12M4 9c0-3 8-1.5 8-6M10.2 4.8L12 2.8l1.8 2',
  check: 'M3 8.5L6.5 12 13 4.5',
  warning: 'M8 2l6.5 11.5h-13zM8 6.5v3.2M8 11.6v.2',
  history: 'M2.5 4v3.5H6M3 7.3A5.5 5.5 0 1 1 2.8 10M8 5v3.2l2.2 1.4',
  make: 'M8 2v3M8 11v3M2 8h3M11 8h3M4 4l1.6 1.6M10.4 10.4L12 12M12 4l-1.6 1.6M5.6 10.4L4 12',
  data: 'M2 3h12v10H2zM2 6.5h12M2 10h12M6.5 3v10',
  edit: 'M3 13l.6-3L10.5 3 13 5.5 6 12.4z',
} as const;

export type IconName = keyof typeof outlines;
