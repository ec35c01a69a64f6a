/**
 * The commands of busybox that the scripts of guest/ call. The initrd has a link for each of them, so that a
 * guest need not make links for all that busybox can do at each boot.
 */
export const guestApplets = (
  'adjtimex awk cat chmod chown chroot cp cpio cut date dd echo env find grep insmod ip kill ln ' +
  'mkdir mkfifo modprobe mount poweroff printf readlink reboot renice rm sed setsid sh sleep sort stat stty ' +
  'switch_root sync test touch tr tty umount wc xargs'
).split(' ');
