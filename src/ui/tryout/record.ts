/** A recording that goes on. The microphone is given back when it ends. */
export interface Recording {
  stop(): Promise<Blob>;
  cancel(): void;
}

/**
 * Starts to record from the microphone; the browser asks for leave.
 *
 * @throws Error - there is no microphone, or it may not be used.
 */
export async function record(): Promise<Recording> {
  // Absent outside secure contexts, whatever the DOM's types say.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined || typeof MediaRecorder === 'undefined')
    throw new Error('this browser does not let the page record');
  let stream: MediaStream;
  try {
    stream = await devices.getUserMedia({ audio: true });
  } catch (cause) {
    throw new Error('the microphone was not given to the page', { cause });
  }
  const recorder = new MediaRecorder(stream);
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => {
    parts.push(data);
  };
  const release = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  recorder.start();
  return {
    stop: () =>
      new Promise((resolve) => {
        recorder.onstop = () => {
          release();
          resolve(new Blob(parts, { type: recorder.mimeType }));
        };
        recorder.stop();
      }),
    cancel: () => {
      recorder.stop();
      release();
    },
  };
}
